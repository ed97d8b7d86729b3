using Dapr.Actors.Runtime;
using Microsoft.Extensions.Options;
using Serverless.Placement.Hosting;
using Serverless.Placement.Pools.Leases;
using Serverless.Placement.Pools.Replicas;

namespace Serverless.Placement.Pools;

/// <inheritdoc cref="IEnginePoolActor" />
/// <remarks>
/// Jobs, offers and replicas are stored when they change; leases never are, so that an exchange writes nothing. A pool that comes back takes the
/// leases from what its replicas say that they run.
/// </remarks>
[Actor(TypeName = EngineSpec.ActorType)]
public sealed partial class EnginePoolActor : Actor, IEnginePoolActor, IRemindable
{
    private const string Key = "pool";
    private const string Sweep = "sweep";

    private readonly TimeProvider _time;
    private readonly PlacementOptions _options;
    private readonly LeaseBook _book = new();
    private readonly Dictionary<string, Replica> _replicas = new(StringComparer.Ordinal);
    private readonly NoticeOutbox _outbox;

    /// <summary>Groups whose offers are stored, by job.</summary>
    private readonly Dictionary<string, SortedSet<int>> _stored = new(StringComparer.Ordinal);

    /// <summary>Replicas that may have attempts of before the activation.</summary>
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);

    private EngineSpec? _engine;
    private int _created;
    private DateTimeOffset _awaitedUntil;

    /// <summary>Whether something that is to be stored has changed.</summary>
    private bool _changed;

    /// <summary>For the actor runtime.</summary>
    public EnginePoolActor(ActorHost host, TimeProvider time, IOptions<PlacementOptions> options)
        : base(host)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _options = options.Value;
        _outbox = new NoticeOutbox(ProxyFactory, time, Logger);
    }

    /// <inheritdoc />
    public async Task AttachAsync(JobAttachment job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.ShardsPerReplica < 1 || job.MinReplicas < 0 || job.MaxReplicas < 1)
        {
            throw new ArgumentException(
                $"Job {job.JobId} asks for {job.MinReplicas} to {job.MaxReplicas} replicas with {job.ShardsPerReplica} shards each: at least 0, 1 and 1.", nameof(job));
        }

        if (_book.Find(job.JobId) is null)
        {
            // Another job may have better luck: a node with more memory may have come, or the model be there by now.
            _fault = null;
            await RegisterReminderAsync(Sweep, state: null, _options.SweepInterval, _options.SweepInterval);
        }

        _engine = job.Engine;
        _book.Attach(job);
        await SaveAsync();
        await AlignAsync(sweep: false);
    }

    /// <inheritdoc />
    public async Task OfferAsync(ShardOffer offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        _book.Offer(offer);
        if (_stored.GetOrAdd(offer.JobId).Add(offer.Group))
        {
            _changed = true;
        }

        // Written even when nothing is new: an earlier call may have failed to.
        await StateManager.SetStateAsync(OfferKey(offer.JobId, offer.Group), Snapshot(offer.JobId, offer.Group));
        await (_changed ? SaveAsync() : SaveStateAsync());
        await AlignAsync(sweep: false);
    }

    /// <inheritdoc />
    public Task<OfferState> FindAsync(OfferQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (_book.Find(query.JobId) is not { } job)
        {
            return Task.FromResult(new OfferState([], [], "the job is not attached to the pool"));
        }

        var tickets = job.Tickets.Where(ticket => ticket.Group == query.Group).OrderBy(ticket => ticket.Value.Shard).ToArray();
        return Task.FromResult(new OfferState(
            [.. tickets.Where(ticket => ticket.Replica is null).Select(ticket => ticket.Value)],
            [.. tickets.Where(ticket => ticket.Replica is not null).Select(ticket => new LeasedShard(ticket.Value, ticket.Replica!, ticket.Since))],
            job.Stopped ? "the job is stopped" : job.Paused ? "the job is paused" : Standing(job).Reason));
    }

    /// <inheritdoc />
    public async Task ControlAsync(JobControl control)
    {
        _book.Control(control);
        await SaveAsync();
        await AlignAsync(sweep: false);
    }

    /// <inheritdoc />
    public async Task DetachAsync(string jobId)
    {
        _book.Detach(jobId);
        _outbox.Forget(jobId);
        if (_stored.Remove(jobId, out var groups))
        {
            foreach (var group in groups)
            {
                await StateManager.TryRemoveStateAsync(OfferKey(jobId, group));
            }
        }

        await SaveAsync();
        await AlignAsync(sweep: false);
    }

    /// <inheritdoc />
    public Task<PoolStatus> GetStatusAsync() => Task.FromResult(new PoolStatus(
        Id.GetId(), _engine,
        [.. _replicas.Values.Select(replica => new ReplicaStatus(
            replica.Id, replica.Stored.NodeId, replica.Stored.Retiring ? ReplicaState.Draining : replica.State, _book.LeasedBy(replica.Id), replica.LastSeen, replica.Message))],
        [.. _book.Jobs.Select(job => new PoolJobStatus(
            job.Attachment.JobId, job.Attachment.Tenant, job.Attachment.Priority, job.Waiting, job.Leased, job.Paused))],
        _book.Jobs.Where(job => job.HandsOut).Select(job => Standing(job).Reason).FirstOrDefault()));

    /// <inheritdoc />
    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        foreach (var (jobId, groups) in _stored)
        {
            foreach (var group in groups.Except(_book.Find(jobId)?.Tickets.Select(ticket => ticket.Group) ?? []).ToArray())
            {
                await StateManager.TryRemoveStateAsync(OfferKey(jobId, group));
                groups.Remove(group);
                _changed = true;
            }
        }

        await AlignAsync(sweep: true);
        if (_book.Jobs.Count == 0 && _replicas.Count == 0 && _toRemove.Count == 0)
        {
            await UnregisterReminderAsync(Sweep);
        }
    }

    /// <inheritdoc />
    protected override async Task OnActivateAsync()
    {
        var now = _time.GetUtcNow();
        var stored = await StateManager.TryGetStateAsync<PoolState>(Key);
        if (!stored.HasValue)
        {
            return;
        }

        (_engine, _created) = (stored.Value.Engine, stored.Value.Created);
        _toRemove.UnionWith(stored.Value.ToRemove);
        foreach (var job in stored.Value.Jobs)
        {
            _book.Attach(job.Attachment);
            (_book.Find(job.Attachment.JobId)!.Paused, _book.Find(job.Attachment.JobId)!.Stopped) = (job.Paused, job.Stopped);
            foreach (var group in job.Groups)
            {
                _stored.GetOrAdd(job.Attachment.JobId).Add(group);
                foreach (var ticket in await StateManager.GetOrAddStateAsync<IReadOnlyList<StoredTicket>>(OfferKey(job.Attachment.JobId, group), []))
                {
                    _book.Offer(new ShardOffer(job.Attachment.JobId, group, [ticket.Ticket], ticket.NotBefore), restored: true);
                }
            }
        }

        foreach (var replica in stored.Value.Replicas)
        {
            _replicas[replica.ReplicaId] = new Replica(replica, now) { Came = replica.NodeId is not null };
        }

        _awaited.UnionWith(_replicas.Values.Where(replica => replica.Stored.NodeId is not null).Select(replica => replica.Id));
        _awaitedUntil = now + _options.LeaseTime;
        QueueUnclaimed(now);
    }

    /// <inheritdoc />
    protected override Task OnPostActorMethodAsync(ActorMethodContext actorMethodContext)
    {
        PlacementInstruments.Note(Id.GetId(), new PoolLoad(
            _book.Jobs.Sum(job => job.Leased), _book.Jobs.Sum(job => job.Waiting), _replicas.Values.CountBy(replica => replica.State).ToDictionary()));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override Task OnDeactivateAsync()
    {
        PlacementInstruments.Forget(Id.GetId());
        return Task.CompletedTask;
    }

    /// <summary>Once every replica of before has said what it runs, or is lost, nobody has what is unclaimed.</summary>
    private void QueueUnclaimed(DateTimeOffset now)
    {
        _awaited.IntersectWith(_replicas.Keys);
        if (_awaited.Count == 0 || now >= _awaitedUntil)
        {
            _awaited.Clear();
            _book.QueueUnclaimed();
        }
    }

    private StoredTicket[] Snapshot(string jobId, int group) =>
    [
        .. _book.Find(jobId)!.Tickets.Where(ticket => ticket.Group == group)
            .Select(ticket => new StoredTicket(ticket.Value, ticket.NotBefore == DateTimeOffset.MinValue ? null : ticket.NotBefore)),
    ];

    private async Task SaveAsync()
    {
        _changed = true;
        await StateManager.SetStateAsync(Key, new PoolState(
            _engine,
            [.. _book.Jobs.Select(job => new PoolJob(job.Attachment, job.Paused, job.Stopped, [.. _stored.GetValueOrDefault(job.Attachment.JobId) ?? []]))],
            [.. _replicas.Values.Select(replica => replica.Stored)], _created, [.. _toRemove]));
        await SaveStateAsync();
        _changed = false;
    }

    private static string OfferKey(string jobId, int group) => $"offer-{jobId}-{group}";
}

/// <summary>An offered attempt, as it is stored.</summary>
/// <param name="Ticket">The attempt.</param>
/// <param name="NotBefore">When it may start. Null: at once.</param>
public sealed record StoredTicket(ShardTicket Ticket, DateTimeOffset? NotBefore);
