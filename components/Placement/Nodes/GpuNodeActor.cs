using Dapr.Actors;
using Dapr.Actors.Runtime;
using Microsoft.Extensions.Options;
using Serverless.Placement.Cluster;
using Serverless.Placement.Hosting;

namespace Serverless.Placement.Nodes;

/// <inheritdoc cref="IGpuNodeActor" />
[Actor(TypeName = IGpuNodeActor.ActorType)]
public sealed class GpuNodeActor(ActorHost host, TimeProvider time, IOptions<PlacementOptions> options) : Actor(host), IGpuNodeActor
{
    private const string Key = "ledger";

    /// <inheritdoc />
    public async Task<PrepareAnswer> PrepareAsync(PrepareBundles bundles)
    {
        var now = time.GetUtcNow();
        var ledger = await ReadAsync();
        var (next, reason) = ledger.Prepare(bundles, now + options.Value.PrepareTime);
        await WriteAsync(ledger, next ?? ledger);
        return new PrepareAnswer(next is not null, (next ?? ledger).Use(Id.GetId()), reason);
    }

    /// <inheritdoc />
    public async Task<bool> CommitAsync(string operation)
    {
        var ledger = await ReadAsync();
        var next = ledger.Commit(operation);
        await WriteAsync(ledger, next ?? ledger);
        return next is not null;
    }

    /// <inheritdoc />
    public Task CancelAsync(string operation) => DropAsync(operation);

    /// <inheritdoc />
    public Task ReturnAsync(string operation) => DropAsync(operation);

    /// <inheritdoc />
    public async Task<NodeUse> GetUseAsync()
    {
        var use = (await ReadAsync()).Use(Id.GetId());

        // Whoever asks doubts what the cluster says: it may have missed a report.
        await TellAsync(use);
        return use;
    }

    private async Task DropAsync(string operation)
    {
        var ledger = await ReadAsync();
        await WriteAsync(ledger, ledger.Drop(operation));
    }

    private async Task<Ledger> ReadAsync()
    {
        var stored = await StateManager.TryGetStateAsync<Ledger>(Key);
        return (stored.HasValue ? stored.Value : Ledger.Empty).WithoutExpired(time.GetUtcNow());
    }

    private async Task WriteAsync(Ledger before, Ledger after)
    {
        if (!ReferenceEquals(before, after))
        {
            await StateManager.SetStateAsync(Key, after);
            await SaveStateAsync();
            await TellAsync(after.Use(Id.GetId()));
        }
    }

    private async Task TellAsync(NodeUse use)
    {
        try
        {
            await ProxyFactory.CreateActorProxy<IClusterActor>(new ActorId(IClusterActor.Id), IClusterActor.ActorType).ReportUseAsync(use);
        }
        catch (Exception error)
        {
            // The ledger is right whatever the cluster believes: a group that finds no room asks the ledgers.
            PlacementLog.UseNotTold(Logger, error, use.NodeId);
        }
    }
}
