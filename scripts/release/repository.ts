/** Where the repository is published. A placeholder until it is known; a test compares every place that names it. */
export const REPOSITORY = "https://github.com/understudy-js/understudy";

/** What links on npm begin with: there is no file beside a page there. */
export const BLOB: string = `${REPOSITORY}/blob/main/`;
