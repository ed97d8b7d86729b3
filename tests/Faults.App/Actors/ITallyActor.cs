using Dapr.Actors;

namespace Serverless.Faults.App.Actors;

/// <summary>What an actor has counted: <see cref="Twice"/> is saved beside <see cref="Turns"/>, in the same transaction.</summary>
public sealed record Tally(int Turns, int Twice, IReadOnlyList<string> Reminders);

/// <summary>Counts its turns and its reminders.</summary>
public interface ITallyActor : IActor
{
    /// <summary>Counts a turn and gives the count.</summary>
    Task<int> AddAsync();

    /// <summary>What is saved.</summary>
    Task<Tally> ReadAsync();

    /// <summary>Asks for a reminder after so many milliseconds: once, or again and again until the actor has had enough of it.</summary>
    Task RemindAsync(ReminderRequest request);
}

/// <summary>A reminder to ask for.</summary>
public sealed record ReminderRequest(string Name, int Milliseconds, bool Repeats);
