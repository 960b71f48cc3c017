// What the days are called under which conversations stand.
const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);

export function dayName(time) {
  const date = new Date(time);
  const days = Math.round((midnight(Date.now()) - midnight(date)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long",
    ...(date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" }) });
}

export const dayOf = (time) => midnight(time);
