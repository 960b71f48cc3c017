"""What `await check("03.2")` does: observe the learner's code, judge what was observed, show it."""
