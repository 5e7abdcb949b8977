// Burns CPU in two named functions; `burnLess` gets the smaller share that the first argument says.
const share = Number(process.argv[2] ?? 0.5);

function burn(until) {
  let sum = 0;
  while (performance.now() < until) sum += Math.sqrt(sum + 1);
  return sum;
}

function burnLess(until) {
  let sum = 0;
  while (performance.now() < until) sum += Math.cbrt(sum + 1);
  return sum;
}

setInterval(() => {
  burn(performance.now() + 20);
  burnLess(performance.now() + 20 * share);
}, 30);
process.send?.({ event: 'ready', service: 'burn' });
