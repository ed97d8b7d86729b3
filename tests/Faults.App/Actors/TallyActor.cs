using Dapr.Actors.Runtime;
using Serverless.Storage;

namespace Serverless.Faults.App.Actors;

/// <summary>Every turn is a line of the journal before it changes anything, and each change is two keys that must agree.</summary>
[Actor(TypeName = Type)]
public sealed class TallyActor(ActorHost host, Journal journal) : Actor(host), ITallyActor, IRemindable
{
    /// <summary>The actor's type.</summary>
    public const string Type = "Tally";

    /// <summary>How often a reminder that repeats comes before the actor puts an end to it.</summary>
    private const int Enough = 3;

    /// <inheritdoc />
    public async Task<int> AddAsync()
    {
        journal.Add("turn", Id.GetId());
        Failpoints.Hit(AppPoints.ActorTurnRunning);
        var turns = 1 + await StateManager.GetOrAddStateAsync("turns", 0);
        await StateManager.SetStateAsync("turns", turns);
        await StateManager.SetStateAsync("twice", 2 * turns);
        Failpoints.Hit(AppPoints.ActorTurnComputed);
        return turns;
    }

    /// <inheritdoc />
    public async Task<Tally> ReadAsync() => new(
        await StateManager.GetOrAddStateAsync("turns", 0), await StateManager.GetOrAddStateAsync("twice", 0), await RemindersAsync());

    /// <inheritdoc />
    public Task RemindAsync(ReminderRequest request)
    {
        var due = TimeSpan.FromMilliseconds(request.Milliseconds);
        return RegisterReminderAsync(request.Name, [], due, request.Repeats ? due : TimeSpan.FromMilliseconds(-1));
    }

    /// <inheritdoc />
    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        journal.Add("reminder", Id.GetId(), reminderName);
        Failpoints.Hit(AppPoints.ReminderRunning);
        List<string> reminders = [.. await RemindersAsync(), reminderName];
        await StateManager.SetStateAsync("reminders", reminders);
        if (reminders.Count(name => name == reminderName) >= Enough)
        {
            await UnregisterReminderAsync(reminderName);
        }
    }

    private Task<List<string>> RemindersAsync() => StateManager.GetOrAddStateAsync("reminders", new List<string>());
}
