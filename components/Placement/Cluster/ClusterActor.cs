using Dapr.Actors.Runtime;
using Microsoft.Extensions.Options;
using Serverless.Placement.Hosting;

namespace Serverless.Placement.Cluster;

/// <inheritdoc cref="IClusterActor" />
[Actor(TypeName = IClusterActor.ActorType)]
public sealed class ClusterActor(ActorHost host, TimeProvider time, IOptions<PlacementOptions> options) : Actor(host), IClusterActor
{
    private const string Key = "nodes";

    /// <summary>Groups that wait for room, until when that holds. Not stored: they say it again.</summary>
    private readonly Dictionary<string, DateTimeOffset> _waiting = new(StringComparer.Ordinal);

    private NodeTable _nodes = null!;

    /// <inheritdoc />
    public async Task<HeartbeatAnswer> HeartbeatAsync(NodeReport node)
    {
        var answer = _nodes.Heartbeat(node, time.GetUtcNow());
        await SaveAsync();
        return answer;
    }

    /// <inheritdoc />
    public Task LeaveAsync(NodeLeave leave)
    {
        _nodes.Leave(leave, time.GetUtcNow());
        return SaveAsync();
    }

    /// <inheritdoc />
    public Task RequestDrainAsync(string nodeId)
    {
        _nodes.RequestDrain(nodeId);
        return SaveAsync();
    }

    /// <inheritdoc />
    public Task ReportUseAsync(NodeUse use)
    {
        _nodes.Use(use);
        return SaveAsync();
    }

    /// <inheritdoc />
    public Task ReportWaitingAsync(string groupId)
    {
        _waiting[groupId] = time.GetUtcNow() + options.Value.LeaseTime;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<bool> IsRoomWantedAsync()
    {
        foreach (var (groupId, until) in _waiting)
        {
            if (until <= time.GetUtcNow())
            {
                _waiting.Remove(groupId);
            }
        }

        return Task.FromResult(_waiting.Count > 0);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<NodeView>> GetNodesAsync()
    {
        var now = time.GetUtcNow();
        _nodes.Sweep(now);
        await SaveAsync();
        return _nodes.View(now);
    }

    /// <inheritdoc />
    protected override async Task OnActivateAsync()
    {
        var stored = await StateManager.TryGetStateAsync<IReadOnlyList<StoredNode>>(Key);
        _nodes = new NodeTable(stored.HasValue ? stored.Value : [], options.Value.LeaseTime, options.Value.NodeMemory, time.GetUtcNow());
        NoteWorkers();
    }

    /// <inheritdoc />
    protected override Task OnPostActorMethodAsync(ActorMethodContext actorMethodContext)
    {
        NoteWorkers();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override Task OnDeactivateAsync()
    {
        PlacementInstruments.NoteWorkers(count: null);
        return Task.CompletedTask;
    }

    /// <summary>What is counted later is what this turn left: whoever fell silent since is lost all the same.</summary>
    private void NoteWorkers()
    {
        var nodes = _nodes.View(time.GetUtcNow());
        var lease = options.Value.LeaseTime;
        PlacementInstruments.NoteWorkers(() => NodeStates.Count(nodes, time.GetUtcNow() - lease));
    }

    /// <summary>Writes only what has changed; what was not written is written by the next call.</summary>
    private async Task SaveAsync()
    {
        if (_nodes.Changed)
        {
            await StateManager.SetStateAsync(Key, _nodes.Stored);
            await SaveStateAsync();
            _nodes.Changed = false;
        }
    }
}
