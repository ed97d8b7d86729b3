using Serverless.Faults.Tests.Calls;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Load;

/// <summary>Actors that count their turns and get reminders, one of which repeats until the actor ends it at its third time.</summary>
internal sealed class Tallies(IRig rig, string prefix, int count, int turns, int reminders) : IWork
{
    private const string Beat = "beat";

    private readonly Dictionary<string, int[]> _answers = [];

    public async Task RunAsync()
    {
        await Task.WhenAll(Ids.Select(RunOneAsync));
    }

    public async Task VerifyAsync()
    {
        foreach (var id in Ids)
        {
            var expected = Enumerable.Range(0, reminders).Select(number => $"reminder-{number}").ToArray();
            Tally? tally = null;
            await Patience.UntilAsync(
                async () => !expected.Except((tally = await rig.Actors.ReadAsync(id)).Reminders).Any() && Beats(tally) >= 2,
                () => $"all {reminders} reminders of {id} come, and the beat; there were [{string.Join(", ", tally!.Reminders)}].\n{rig.Text}");

            _answers[id].ShouldBeUnique($"two turns of {id} were acknowledged with the same count");
            tally!.Turns.ShouldBeGreaterThanOrEqualTo(_answers[id].Max(), $"an acknowledged turn of {id} is lost");
            tally.Turns.ShouldBeLessThanOrEqualTo(Journal.TurnsOf(rig.Journals(), id), $"turns of {id} were counted that nobody ran");
            tally.Twice.ShouldBe(2 * tally.Turns, $"half of a turn of {id} was saved");
        }
    }

    /// <summary>The third beat may have ended the reminder in a turn that was killed before it was saved.</summary>
    private static int Beats(Tally tally) => tally.Reminders.Count(name => name == Beat);

    private IEnumerable<string> Ids => Enumerable.Range(0, count).Select(number => $"{prefix}-tally-{number}");

    private async Task RunOneAsync(string id)
    {
        for (var number = 0; number < reminders; number++)
        {
            await rig.Actors.RemindAsync(id, $"reminder-{number}", 40 * (number + 1));
        }

        await rig.Actors.RemindAsync(id, Beat, 50, repeats: true);
        var answers = new int[turns];
        for (var turn = 0; turn < turns; turn++)
        {
            answers[turn] = await rig.Actors.AddAsync(id);
        }

        lock (_answers)
        {
            _answers[id] = answers;
        }
    }
}
