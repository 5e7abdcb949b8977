// A service that ends with the code it is given, saying why.
console.error('Error: DATABASE_URL_FAKE is missing');
process.exit(Number(process.argv[2]));
