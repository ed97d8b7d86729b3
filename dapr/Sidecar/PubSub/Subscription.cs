using Dapr.Sidecar.Resiliency;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.PubSub;

/// <summary>
/// Brings a topic's messages to a consumer: so many at a time, each until the consumer accepts or drops it or its attempts are used up.
/// What is under way is known in memory only, so that it comes again after a crash.
/// </summary>
internal sealed partial class Subscription(
    SqlitePubSub bus, Subscriber subscriber, PubSubSettings settings, TimeProvider time, ILogger logger, Action<Subscription> ended) : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60), WaitForStore = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Task> _underWay = [];
    private int _unreached;
    private long _pausedUntil; // unix milliseconds
    private Task _loop = Task.CompletedTask;

    /// <summary>Begins to deliver.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Looks for messages now.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Ends after what is under way has ended or was cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(UnderWay());
        ended(this);
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                wait = await DispatchAsync();
            }
            catch (StoreException error)
            {
                LogStore(subscriber.Topic, subscriber.Consumer, error.Message);
                wait = WaitForStore;
            }

            await WaitAsync(wait);
        }
    }

    private async Task<TimeSpan> DispatchAsync()
    {
        var pause = Volatile.Read(ref _pausedUntil) - time.GetUtcNow().ToUnixTimeMilliseconds();
        if (pause > 0)
        {
            return TimeSpan.FromMilliseconds(pause);
        }

        HashSet<long> before;
        lock (_gate)
        {
            before = [.. _underWay.Keys];
        }

        if (before.Count >= settings.MaxInFlight)
        {
            return LongestWait;
        }

        // In the writer's turn, since expired messages go in the same look.
        var (due, next, expired) = await bus.Store.WriteAsync(store =>
        {
            var gone = bus.Tables.Expire(store, subscriber.Topic);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            return (bus.Tables.Due(store, subscriber.Topic, subscriber.Consumer, now, settings.MaxInFlight + before.Count), bus.Tables.NextDue(store, subscriber.Topic, subscriber.Consumer, now), gone);
        });
        if (expired > 0)
        {
            LogExpired(subscriber.Topic, expired);
        }

        // What was under way when the look began may have ended since: its row here is old, and another look follows.
        foreach (var (delivery, isDamaged) in due.Where(entry => !before.Contains(entry.Delivery.Id)))
        {
            lock (_gate)
            {
                if (_underWay.Count >= settings.MaxInFlight)
                {
                    break;
                }

                _underWay[delivery.Id] = Task.CompletedTask;
                _underWay[delivery.Id] = Task.Run(() => DeliverAsync(delivery, isDamaged));
            }
        }

        return next is { } nextDue && nextDue - time.GetUtcNow() < LongestWait ? nextDue - time.GetUtcNow() : LongestWait;
    }

    private async Task DeliverAsync(Delivery delivery, bool isDamaged)
    {
        try
        {
            var result = isDamaged ? DeliveryResult.Drop : await AskAsync(delivery);
            await bus.Store.WriteAsync(store => Record(store, delivery, result, isDamaged));
            if (result is DeliveryResult.Drop or DeliveryResult.Retry && subscriber.DeadLetterTopic is { } deadLetters)
            {
                bus.Wake(deadLetters);
            }
        }
        catch (StoreException error)
        {
            LogStore(subscriber.Topic, subscriber.Consumer, error.Message);
            Pause(WaitForStore);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It stays stored and comes again.
        }
        finally
        {
            lock (_gate)
            {
                _underWay.Remove(delivery.Id);
            }

            Wake();
        }
    }

    private async Task<DeliveryResult> AskAsync(Delivery delivery)
    {
        DeliveryResult result;
        try
        {
            result = await subscriber.DeliverAsync(delivery, _stop.Token);
        }
        catch (Exception error) when (error is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            LogFailed(subscriber.Topic, subscriber.Consumer, delivery.Id, error.Message);
            result = DeliveryResult.Retry;
        }

        if (result == DeliveryResult.NotDelivered)
        {
            Pause(Backoff.Exponential(Interlocked.Increment(ref _unreached), TimeSpan.FromSeconds(5)));
        }
        else
        {
            Volatile.Write(ref _unreached, 0);
        }

        return result;
    }

    private void Record(StoreConnection store, Delivery delivery, DeliveryResult result, bool isDamaged)
    {
        var attempts = delivery.Attempts + 1;
        switch (result)
        {
            case DeliveryResult.Success:
                bus.Tables.Done(store, delivery.Topic, subscriber.Consumer, delivery.Id);
                break;
            case DeliveryResult.Retry when attempts < settings.MaxAttempts:
                bus.Tables.PutOff(store, delivery.Topic, subscriber.Consumer, delivery.Id, attempts, Backoff.Exponential(attempts - 1, settings.MaxBackoff));
                break;
            case DeliveryResult.Retry:
                LogGivenUp(delivery.Topic, subscriber.Consumer, delivery.Id, attempts, subscriber.DeadLetterTopic ?? "the quarantine table");
                bus.Tables.GiveUp(store, subscriber, delivery, $"not accepted in {attempts} attempts");
                break;
            case DeliveryResult.Drop:
                LogDropped(delivery.Topic, subscriber.Consumer, delivery.Id, isDamaged ? "it is damaged" : "its consumer refused it", isDamaged ? "the quarantine table" : subscriber.DeadLetterTopic ?? "the quarantine table");
                bus.Tables.GiveUp(store, subscriber, delivery, isDamaged ? "checksum" : "dropped by its consumer", isDamaged);
                break;
        }
    }

    private void Pause(TimeSpan wait) => Volatile.Write(ref _pausedUntil, (time.GetUtcNow() + wait).ToUnixTimeMilliseconds());

    private List<Task> UnderWay()
    {
        lock (_gate)
        {
            return [.. _underWay.Values];
        }
    }

    private async Task WaitAsync(TimeSpan wait)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var timer = time.CreateTimer(_ => Wake(), null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        try
        {
            await _wake.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }
}
