using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Manage;
using Dapr.Sidecar.Workflows.Rows;
using Dapr.Sidecar.Workflows.Turns;

namespace Dapr.Sidecar.Workflows;

/// <summary>Begins the workflow engine with what the store holds, before the sidecar listens, and ends it before the sidecar closes its ports.</summary>
internal sealed partial class WorkflowsService(
    WorkflowEngine engine, FireTimer fire, RefuseTurn refuse, TerminateChildren children, ILogger<WorkflowsService> log) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long workers have to answer what they have; what they do not answer runs again at the next start.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.Sequence.OpenAsync(engine.Store);
        engine.Timers.OnDue((timer, _) => fire.RunAsync(timer));
        engine.Revived = children.Add;
        engine.Dispatcher.TooLarge = (execution, description) =>
            _ = refuse.StallAsync(execution, new Stall(Protocol.StalledReason.PayloadSizeExceeded, description));
        foreach (var (timer, due) in await engine.Store.ReadAsync(TimerRows.All))
        {
            engine.Timers.Set(timer, due);
        }

        var open = await engine.Store.ReadAsync(InstanceRows.Open);
        _running = Task.WhenAll(Task.Run(() => RecoverAsync(open), cancellationToken), Task.Run(() => children.RunAsync(_stopping.Token), cancellationToken));
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Task drained;
        lock (engine.Gate)
        {
            drained = engine.Dispatcher.StopAsync();
        }

        // Real time, whatever the sidecar's clock: this is about how long a process takes to end.
        await Task.WhenAny(drained, Task.Delay(Drain, TimeProvider.System, cancellationToken));
        lock (engine.Gate)
        {
            engine.Dispatcher.CloseStreams();
        }

        engine.Stop();
        await _stopping.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    public void Dispose() => _stopping.Dispose();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Loads the instances that have not ended, by the same way as any call: calls that come meanwhile find them.</summary>
    private async Task RecoverAsync(List<InstanceKey> open)
    {
        foreach (var key in open)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            try
            {
                await engine.ActivateAsync(key);
                children.Add(key);
            }
            catch (Exception error)
            {
                LogNotRecovered(error, key.ToString());
            }
        }

        LogRecovered(open.Count);
    }

    [LoggerMessage(30, LogLevel.Debug, "{Count} workflows that had not ended were loaded.")]
    private partial void LogRecovered(int count);

    [LoggerMessage(31, LogLevel.Error, "The workflow {Instance} could not be loaded.")]
    private partial void LogNotRecovered(Exception error, string instance);
}
