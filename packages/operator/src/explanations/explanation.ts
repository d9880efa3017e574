/** What an error code says to an operator. Both are sentences in plain English. */
export interface Explanation {
  means: string;
  /** What to do, or that nothing needs to be done. */
  advice: string;
}
