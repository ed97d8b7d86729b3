using Dapr.Actors;
using Serverless.Placement.Groups;
using Serverless.Placement.Hosting;
using Serverless.Placement.Pools.Leases;
using Serverless.Placement.Pools.Replicas;
using Serverless.Placement.Scheduling;
using Serverless.Placement.Workers;

namespace Serverless.Placement.Pools;

/// <summary>Growing, shrinking, replacing.</summary>
public sealed partial class EnginePoolActor
{
    private static readonly TimeSpan OrderDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Placement groups of replicas that are gone.</summary>
    private readonly HashSet<string> _toRemove = new(StringComparer.Ordinal);

    /// <summary>Nodes that failed, until when they are a last resort.</summary>
    private readonly Dictionary<string, DateTimeOffset> _avoid = new(StringComparer.Ordinal);

    /// <summary>Why no replica can ever run; null as long as that is not known.</summary>
    private ReplicaError? _fault;

    private string? _lastFailure;
    private int _failures;
    private DateTimeOffset _retryAt;

    /// <summary>Makes the replicas what they should be, and tells and wakes whom it concerns.</summary>
    private async Task AlignAsync(bool sweep)
    {
        var now = _time.GetUtcNow();
        foreach (var replica in Silent(now))
        {
            Lose(replica, replica.Came ? $"it was silent for {_options.LeaseTime.TotalSeconds:0} s" : "its worker never came");
            Shun(replica, now);
            Drop(replica, "it is lost");
        }

        if (sweep)
        {
            QueueUnclaimed(now);
            await FollowGroupsAsync(now);
        }

        var size = PoolSize.Of(_book.Jobs);
        Shrink(size, now);
        await GrowAsync(size, now);
        await RemoveGroupsAsync();
        if (_changed)
        {
            await SaveAsync();
        }

        if (_book.Jobs.Count == 0)
        {
            _fault = null;
        }

        foreach (var job in _book.Jobs)
        {
            _outbox.Capacity(Standing(job));
        }

        _outbox.Flush();
        WakeIdle(sweep, now);
    }

    /// <summary>Placement groups move by themselves when a node is lost.</summary>
    private async Task FollowGroupsAsync(DateTimeOffset now)
    {
        foreach (var replica in _replicas.Values.Where(replica => replica.Stored.NodeId is not null).ToArray())
        {
            if (await AskAsync(replica.Id, Group(replica.Id).GetAsync) is not { } group)
            {
                continue;
            }

            replica.Wanted = group.Wanted;
            if (group.State == GroupState.Removed)
            {
                Lose(replica, "its placement group is gone");
                Drop(replica, "its placement group is gone");
            }
            else if (group.Attempt != replica.Stored.Attempt || group.State != GroupState.Created)
            {
                Lose(replica, "its node is lost");
                Place(replica, group, now);
            }
            else if (!replica.Came)
            {
                Start(replica);
            }
        }
    }

    private async Task GrowAsync(int size, DateTimeOffset now)
    {
        foreach (var waiting in _replicas.Values.Where(replica => replica.Stored.NodeId is null).ToArray())
        {
            await CreateAsync(waiting, now);
        }

        // One waits at a time: more would wait for the same.
        while (_engine is not null && _fault is null && now >= _retryAt
            && _replicas.Values.Count(replica => replica.Counts) < size && !_replicas.Values.Any(replica => replica.Stored.NodeId is null))
        {
            var replica = new Replica(new StoredReplica($"{Id.GetId()}-{++_created}", NodeId: null, [], 0, Retiring: false), now);
            _replicas[replica.Id] = replica;

            // Stored before it is asked for: a group that nobody knows would hold its node for ever.
            await SaveAsync();
            await CreateAsync(replica, now);
        }
    }

    private async Task CreateAsync(Replica replica, DateTimeOffset now)
    {
        var request = Request(replica, now);
        if (await AskAsync(replica.Id, () => Group(replica.Id).CreateAsync(request)) is { } group)
        {
            Place(replica, group, now);
        }
        else
        {
            replica.Message = "its placement group does not answer";
        }
    }

    private void Place(Replica replica, GroupStatus group, DateTimeOffset now)
    {
        int[] accelerators = group.State == GroupState.Created
            ? [.. group.Bundles[0].Accelerators.Where(share => share.Type != "cpu").Select(share => share.Index)] : [];
        if (replica.Place(group, accelerators, now))
        {
            _changed = true;
            PlacementLog.ReplicaPlaced(Logger, replica.Id, replica.Stored.NodeId, replica.Stored.Attempt);
            if (replica.Stored.NodeId is not null)
            {
                Start(replica);
            }
        }
    }

    /// <summary>Lets go of what nobody needs: at once of what waits for room, after a while of what is loaded, sooner if others wait for room.</summary>
    private void Shrink(int size, DateTimeOffset now)
    {
        // A pool that is one job's own has nobody to keep its replicas for.
        var idleTime = _engine?.Owner is not null && _book.Jobs.Count == 0 ? TimeSpan.Zero : _options.IdleTime;
        foreach (var replica in _replicas.Values.Where(replica => replica.Counts).OrderBy(replica => replica.Stored.NodeId is null ? 0 : 1).ThenBy(replica => replica.IdleSince).ToArray())
        {
            if (_replicas.Values.Count(other => other.Counts) <= size)
            {
                return;
            }

            if (replica.Stored.NodeId is null)
            {
                Drop(replica, "nobody needs it");
            }
            else if (now - replica.IdleSince >= (replica.Wanted && idleTime > _options.SweepInterval ? _options.SweepInterval : idleTime) && _book.LeasedBy(replica.Id) == 0)
            {
                replica.Stored = replica.Stored with { Retiring = true };
                _changed = true;
                Order(replica, "stop", worker => worker.StopEngineAsync(replica.Id));
            }
        }
    }

    private async Task RemoveGroupsAsync()
    {
        foreach (var groupId in _toRemove.ToArray())
        {
            try
            {
                await Group(groupId).RemoveAsync();
                _toRemove.Remove(groupId);
                _changed = true;
            }
            catch (Exception error)
            {
                PlacementLog.GroupSilent(Logger, error, groupId);
            }
        }
    }

    private void WakeIdle(bool sweep, DateTimeOffset now)
    {
        var stopped = _book.Jobs.Any(job => job.Stopped && job.Leased > 0);
        if (!stopped && !_book.HasWork(now))
        {
            return;
        }

        foreach (var replica in _replicas.Values.Where(replica => replica.TakesShards && (stopped || replica.Free > 0) && (sweep || !replica.Woken)))
        {
            replica.Woken = true;
            Order(replica, "wake", worker => worker.WakeAsync(replica.Id));
        }
    }

    private void Start(Replica replica) => Order(replica, "start", worker => worker.StartEngineAsync(
        new EngineStart(Id.GetId(), replica.Id, _engine!, replica.Stored.Accelerators)));

    /// <summary>Tells a worker something outside of this turn: one that is gone costs nothing but a line in the log, and the next sweep repeats what matters.</summary>
    private void Order(Replica replica, string order, Func<IGpuWorkerActor, Task> call)
    {
        var (nodeId, replicaId) = (replica.Stored.NodeId!, replica.Id);
        var worker = ProxyFactory.CreateActorProxy<IGpuWorkerActor>(new ActorId(GpuWorkers.SlotOf(replica.Stored.Accelerators)), GpuWorkers.TypeOf(nodeId));
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await call(worker).WaitAsync(OrderDeadline, _time);
                }
                catch (Exception error)
                {
                    PlacementLog.OrderNotTaken(Logger, error, nodeId, order, replicaId);
                }
            });
        }
    }

    private PlacementRequest Request(Replica replica, DateTimeOffset now)
    {
        var (model, placement) = (_engine!.Model, _engine.Placement);
        return new PlacementRequest(
            [.. Enumerable.Repeat(placement.BundlePerWorker, Math.Max(1, model.EngineArgs.TensorParallel * model.EngineArgs.PipelineParallel))],
            placement.Strategy, placement.AcceleratorType, placement.Labels,
            Near: [.. _replicas.Values.Where(other => other != replica).Select(other => other.Stored.NodeId).OfType<string>().Distinct()],
            Avoid: [.. _avoid.Where(entry => entry.Value > now).Select(entry => entry.Key)]);
    }

    /// <summary>How the pool stands for a job.</summary>
    private CapacityNotice Standing(JobBook job)
    {
        var jobId = job.Attachment.JobId;
        if (_fault is { } fault)
        {
            return new CapacityNotice(jobId, Available: false, _lastFailure, Infeasible: false, fault.Code, fault.Message);
        }

        if (_replicas.Values.Any(replica => replica.TakesShards))
        {
            return new CapacityNotice(jobId, Available: true, Reason: null);
        }

        if (_replicas.Values.FirstOrDefault(replica => replica.Counts && replica.Stored.NodeId is not null) is { } starting)
        {
            return new CapacityNotice(jobId, Available: false, $"the engine is being loaded on node {starting.Stored.NodeId}");
        }

        return _replicas.Values.FirstOrDefault(replica => replica.Counts) is { } waiting
            ? new CapacityNotice(jobId, Available: false, waiting.Message ?? "its placement group looks for room", waiting.Infeasible)
            : new CapacityNotice(jobId, Available: false, job.HandsOut ? _lastFailure ?? "a replica is being replaced" : "the job is paused or stopped, and the pool has no replica");
    }

    private IPlacementGroupActor Group(string groupId) =>
        ProxyFactory.CreateActorProxy<IPlacementGroupActor>(new ActorId(groupId), IPlacementGroupActor.ActorType);

    private async Task<GroupStatus?> AskAsync(string groupId, Func<Task<GroupStatus>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception error)
        {
            PlacementLog.GroupSilent(Logger, error, groupId);
            return null;
        }
    }
}
