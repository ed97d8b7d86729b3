namespace Serverless.Faults.Tests.Invariants;

/// <summary>What the app's journals tell.</summary>
internal static class Journal
{
    /// <summary>Turns of an actor that began.</summary>
    public static int TurnsOf(IEnumerable<string[]> journals, string actor) => journals.Sum(lines => lines.Count(line => line == $"turn {actor}"));

    /// <summary>Within one process an activity is not begun again before it is done: a redelivery joins the run that is on its way.</summary>
    public static void ShouldRunNothingTwiceAtOnce(IReadOnlyList<string[]> journals)
    {
        foreach (var lines in journals)
        {
            var running = new HashSet<string>(StringComparer.Ordinal);
            foreach (var words in lines.Select(line => line.Split(' ')))
            {
                var activity = string.Join(' ', words[1..]);
                if (words[0] == "activity-began")
                {
                    running.Add(activity).ShouldBeTrue($"activity {activity} ran twice at once in one process");
                }
                else if (words[0] == "activity-done")
                {
                    running.Remove(activity).ShouldBeTrue($"activity {activity} was done without having begun");
                }
            }
        }
    }
}
