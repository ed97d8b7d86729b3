using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>One connection over which a sidecar brings work. It counts as broken when the sidecar stops answering Hello.</summary>
internal sealed class WorkItemStream(SidecarConnection sidecar, WorkItemDispatcher dispatcher, TimeProvider time, ILogger logger)
{
    private const int HelloFailuresAllowed = 1;
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(10);

    /// <summary>Takes work until the connection ends or the app stops, in which case what runs is finished first.</summary>
    /// <param name="connected">Called when the sidecar has answered.</param>
    /// <param name="stopping">The app stops.</param>
    /// <exception cref="RpcException">The connection broke or never was.</exception>
    public async Task RunAsync(Action connected, CancellationToken stopping)
    {
        await sidecar.Client.HelloAsync(new Empty(), sidecar.Call(HelloLimit, stopping)).ResponseAsync.ConfigureAwait(false);
        connected();
        using var ended = new CancellationTokenSource();
        using var call = sidecar.Client.GetWorkItems(new GetWorkItemsRequest(), sidecar.Stream(ended.Token));
        var reading = ReadAsync(call.ResponseStream, stopping, ended.Token);
        var greeting = GreetAsync(ended.Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stopping.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        try
        {
            await Task.WhenAny(reading, greeting, stopped.Task).ConfigureAwait(false);
            if (stopping.IsCancellationRequested && !reading.IsCompleted)
            {
                // The stream stays open meanwhile: a sidecar gives the work of a closed one to others at once.
                Log.Draining(logger, dispatcher.Running);
                var drained = dispatcher.DrainAsync();
                if (await Task.WhenAny(drained, reading).ConfigureAwait(false) == reading)
                {
                    await ended.CancelAsync().ConfigureAwait(false);
                }

                await drained.ConfigureAwait(false);
            }
            else
            {
                await (greeting.IsFaulted ? greeting : reading).ConfigureAwait(false);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await greeting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<WorkItem> items, CancellationToken stopping, CancellationToken ended)
    {
        while (await items.MoveNext(ended).ConfigureAwait(false))
        {
            if (!stopping.IsCancellationRequested)
            {
                dispatcher.Dispatch(items.Current, ended);
            }
        }
    }

    private async Task GreetAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(HelloInterval, time);
        var failures = 0;
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
        {
            try
            {
                await sidecar.Client.HelloAsync(new Empty(), sidecar.Call(HelloLimit, ended)).ResponseAsync.ConfigureAwait(false);
                failures = 0;
            }
            catch (RpcException failure) when (!ended.IsCancellationRequested && ++failures <= HelloFailuresAllowed)
            {
                Log.HelloFailed(logger, failure.Status.ToString());
            }
        }
    }
}
