/** Return a function that runs tasks, at most `count` at a time, in order. */
export function slots(count) {
  const waiting = [];
  let free = count;
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      release();
    }
  };
}
