using Dapr.Actors;
using Dapr.Actors.Runtime;
using Microsoft.Extensions.Options;
using Serverless.Placement.Cluster;
using Serverless.Placement.Hosting;
using Serverless.Placement.Nodes;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Groups;

/// <inheritdoc cref="IPlacementGroupActor" />
[Actor(TypeName = IPlacementGroupActor.ActorType)]
public sealed class PlacementGroupActor(ActorHost host, IOptions<PlacementOptions> options) : Actor(host), IPlacementGroupActor, IRemindable
{
    private const string Key = "group";
    private const string Sweep = "sweep";

    /// <summary>How often one call looks again after another group was quicker.</summary>
    private const int Races = 3;

    /// <summary>How long a removed group is remembered, so that a late call does not create it again.</summary>
    private static readonly TimeSpan RemovedMemory = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public async Task<GroupStatus> CreateAsync(PlacementRequest request)
    {
        if (await ReadAsync() is not { } group)
        {
            // First the reminder: whatever happens from here on, somebody comes back.
            await RegisterReminderAsync(Sweep, state: null, options.Value.SweepInterval, options.Value.SweepInterval);
            group = await SaveAsync(StoredGroup.New(request));
        }

        return (await AdvanceAsync(group)).Status;
    }

    /// <inheritdoc />
    public async Task RemoveAsync()
    {
        if (await ReadAsync() is { } group)
        {
            await AdvanceAsync(await SaveAsync(group.Looking(GroupState.Removed, reason: null)));
        }
    }

    /// <inheritdoc />
    public async Task<GroupStatus> GetAsync() => await ReadAsync() is not { } group
        ? new GroupStatus(GroupState.Removed, 0, [], "there is no such placement group", Infeasible: false)
        : group.Status with { Wanted = group.State == GroupState.Created && await Cluster.IsRoomWantedAsync() };

    /// <inheritdoc />
    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        if (await ReadAsync() is not { } group)
        {
            await UnregisterReminderAsync(Sweep);
            return;
        }

        if (group.State == GroupState.Created && group.LostNode(await Cluster.GetNodesAsync()) is { } lost)
        {
            group = await SaveAsync(group.Looking(GroupState.Rescheduling, $"node {lost} was lost"));
        }

        await AdvanceAsync(group);
    }

    /// <summary>Goes on from wherever the group stands.</summary>
    private async Task<StoredGroup> AdvanceAsync(StoredGroup group)
    {
        if (group.State == GroupState.Prepared)
        {
            group = await CommitAsync(group);
        }

        group = await ReturnStaleAsync(group);
        if (group.Looks)
        {
            group = await PlaceAsync(group);
        }
        else if (group.State == GroupState.Removed && group.ToReturn.Count == 0)
        {
            await StateManager.SetStateAsync(Key, group, RemovedMemory);
            await SaveStateAsync();
            await UnregisterReminderAsync(Sweep);
        }

        return group;
    }

    /// <summary>Looks for room, first by what the cluster says, then by what the ledgers say.</summary>
    private async Task<StoredGroup> PlaceAsync(StoredGroup group)
    {
        var nodes = await Cluster.GetNodesAsync();
        var asked = false;
        for (var race = 0; ; race++)
        {
            var verdict = PlacementScheduler.Place(nodes, group.Request, [.. options.Value.NodePools]);
            if (verdict is Verdict.Placed placed)
            {
                var (next, refused) = await PrepareAsync(group, placed.Bundles, nodes);
                if (refused is null)
                {
                    options.Value.OnPoint?.Invoke(PlacementPoints.Holding);
                    next = await SaveAsync(next with { State = GroupState.Prepared, Reason = null, Infeasible = false });
                    options.Value.OnPoint?.Invoke(PlacementPoints.Prepared);
                    return await ReturnStaleAsync(await CommitAsync(next));
                }

                group = await ReturnStaleAsync(next.Looking(next.State, $"node {refused.Use.NodeId}: {refused.Reason}"));
                nodes = WithUse(nodes, refused.Use);
                if (race == Races)
                {
                    return await SaveAsync(group);
                }
            }
            else if (verdict is Verdict.Waiting && !asked)
            {
                asked = true;
                nodes = await AskLedgersAsync(nodes);
            }
            else
            {
                if (verdict is Verdict.Waiting)
                {
                    await Cluster.ReportWaitingAsync(Id.GetId());
                }

                var (reason, infeasible) = verdict is Verdict.Infeasible never ? (never.Reason, true) : (((Verdict.Waiting)verdict).Reason, false);
                return reason == group.Reason && infeasible == group.Infeasible ? group : await SaveAsync(group with { Reason = reason, Infeasible = infeasible });
            }
        }
    }

    private async Task<(StoredGroup Group, PrepareAnswer? Refused)> PrepareAsync(StoredGroup group, IReadOnlyList<PlacedBundle> bundles, IReadOnlyList<NodeView> nodes)
    {
        // The attempt is saved before anything is reserved: it is not used twice, and what it may hold is given back whatever happens.
        group = await SaveAsync(group.Trying(Id.GetId(), bundles, nodes));
        foreach (var node in bundles.GroupBy(bundle => bundle.NodeId))
        {
            var view = nodes.First(candidate => candidate.Report.NodeId == node.Key);
            var answer = await Node(node.Key).PrepareAsync(new PrepareBundles(group.Operation(Id.GetId()), view, [.. node]));
            if (!answer.Prepared)
            {
                return (group, answer);
            }
        }

        return (group, null);
    }

    private async Task<StoredGroup> CommitAsync(StoredGroup group)
    {
        foreach (var node in group.Generations.Keys)
        {
            if (!await Node(node).CommitAsync(group.Operation(Id.GetId())))
            {
                return await SaveAsync(group.Looking(GroupState.Pending, $"node {node} did not hold its bundles any more"));
            }
        }

        return await SaveAsync(group with { State = GroupState.Created, Reason = null });
    }

    /// <summary>Gives back what earlier attempts may hold. A node that cannot be asked is asked again by the next sweep.</summary>
    private async Task<StoredGroup> ReturnStaleAsync(StoredGroup group)
    {
        var stale = group.Stale(Id.GetId()).ToArray();
        var returned = new HashSet<HeldOperation>();
        foreach (var held in stale)
        {
            try
            {
                await Node(held.NodeId).ReturnAsync(held.Operation);
                returned.Add(held);
            }
            catch (Exception error)
            {
                PlacementLog.NotReturned(Logger, error, Id.GetId(), held.NodeId);
            }
        }

        return returned.Count == 0 ? group : await SaveAsync(group with { ToReturn = [.. group.ToReturn.Where(held => !returned.Contains(held))] });
    }

    private async Task<IReadOnlyList<NodeView>> AskLedgersAsync(IReadOnlyList<NodeView> nodes)
    {
        foreach (var node in nodes.Where(node => node.Alive && node.Used.Count > 0).ToArray())
        {
            nodes = WithUse(nodes, await Node(node.Report.NodeId).GetUseAsync());
        }

        return nodes;
    }

    private static IReadOnlyList<NodeView> WithUse(IReadOnlyList<NodeView> nodes, NodeUse use) =>
        [.. nodes.Select(node => node.Report.NodeId == use.NodeId ? node.With(use, node.LastSeen) : node)];

    private IClusterActor Cluster => ProxyFactory.CreateActorProxy<IClusterActor>(new ActorId(IClusterActor.Id), IClusterActor.ActorType);

    private IGpuNodeActor Node(string nodeId) => ProxyFactory.CreateActorProxy<IGpuNodeActor>(new ActorId(nodeId), IGpuNodeActor.ActorType);

    private async Task<StoredGroup?> ReadAsync()
    {
        var stored = await StateManager.TryGetStateAsync<StoredGroup>(Key);
        return stored.HasValue ? stored.Value : null;
    }

    private async Task<StoredGroup> SaveAsync(StoredGroup group)
    {
        var before = await ReadAsync();
        if (before?.State != group.State)
        {
            PlacementLog.GroupChanged(Logger, Id.GetId(), group.State.ToString(), group.Attempt, group.Reason);
        }

        await StateManager.SetStateAsync(Key, group);
        await SaveStateAsync();
        return group;
    }
}
