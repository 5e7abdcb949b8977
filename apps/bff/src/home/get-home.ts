import type { GetHomeRequest, Home } from '@kiban/contracts/kiban/bff/v1';
import { HomeSchema } from '@kiban/contracts/kiban/bff/v1';
import { create } from '@bufbuild/protobuf';
import type { CallContext } from '@kiban/grpc';
import type { Bff } from '../bff.ts';
import { becauseYouRead } from './because-you-read.ts';
import { forYou } from './for-you.ts';
import { makeSection } from './section.ts';
import { trendingSection } from './trending-section.ts';

const DEFAULT_PAGE_SIZE = 20;

/** The home screen of one reader: three sections, each on its own clock, so that a slow one costs itself only. */
export async function getHome(bff: Bff, request: GetHomeRequest, call: CallContext): Promise<Home> {
  const user = request.name;
  const context = {
    user,
    pageSize: request.pageSize ?? DEFAULT_PAGE_SIZE,
    timeoutMs: bff.config.SECTION_TIMEOUT_MS,
    signal: call.signal,
    shelf: bff.shelf,
    lastGood: bff.lastGood,
    degraded: bff.degraded,
  };
  const specs = [
    forYou(bff.clients, user),
    becauseYouRead(bff.clients, bff.shelf, user),
    trendingSection(bff.trending),
  ];
  return create(HomeSchema, { sections: await Promise.all(specs.map((spec) => makeSection(spec, context))) });
}
