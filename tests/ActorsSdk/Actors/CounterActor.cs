using Dapr.Actors.Runtime;

namespace Serverless.ActorsSdk.Tests.Actors;

public sealed class CounterActor(ActorHost host) : Actor(host), ICounterActor, IRemindable
{
    public async Task<int> AddAsync(Delta d)
    {
        var count = await StateManager.AddOrUpdateStateAsync("count", d.By, (_, old) => old + d.By);
        await StateManager.SetStateAsync("last", d, TimeSpan.FromHours(1));
        return count;
    }

    public Task<string> EchoAsync(string? text) => Task.FromResult(text ?? "was null");

    public Task ResetAsync() => StateManager.TryRemoveStateAsync("count");

    public Task<int> GetAsync() => StateManager.GetOrAddStateAsync("count", 0);

    public Task<string> TwoAsync(int first, string Second) => Task.FromResult(first + Second);

    public Task<string> CancellableAsync(string text, CancellationToken cancellationToken) => Task.FromResult(text + cancellationToken.CanBeCanceled);

    public Task<bool> OnlyTokenAsync(CancellationToken cancellationToken) => Task.FromResult(cancellationToken.CanBeCanceled);

    public Task<string?> NullAsync() => Task.FromResult<string?>(null);

    public Task<Figure> DrawAsync(Figure figure) => Task.FromResult(figure);

    public Task<int> DoubleAsync(int value) => Task.FromResult(value * 2);

    public Task FailAsync(string message) => throw new InvalidOperationException(message);

    public async Task ArmAsync()
    {
        await RegisterReminderAsync("endless", [1, 2, 3], TimeSpan.FromSeconds(1), TimeSpan.FromDays(2));
        await RegisterReminderAsync("once", null!, TimeSpan.FromMilliseconds(1500), TimeSpan.FromMilliseconds(-1));
        await RegisterReminderAsync("thrice", [1], TimeSpan.Zero, TimeSpan.FromSeconds(5), 3);
        await RegisterReminderAsync("thrice-until", [1], TimeSpan.FromDays(3), new TimeSpan(1, 2, 3, 4), 3, TimeSpan.FromDays(4));
        await RegisterReminderAsync("until", [1], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        await RegisterTimerAsync("tick", nameof(TickAsync), [9], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await RegisterTimerAsync("tick-once", nameof(TickAsync), null!, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(-1), TimeSpan.FromHours(2));
        await UnregisterTimerAsync("tick");
        await UnregisterReminderAsync("endless");
    }

    public Task TickAsync(byte[] data) => StateManager.SetStateAsync("tick", data);

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) =>
        StateManager.SetStateAsync("reminder", $"{reminderName}|{Convert.ToBase64String(state)}|{dueTime}|{period}");
}
