/** Name of this service's change log: its lock and its NOTIFY channel. */
export const CHANGE_LOG = 'recommendation_change';
