using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.Actors;
using Dapr.Actors.Client;
using Serverless.Jobs;
using Serverless.Placement.Pools;
using Serverless.Processing.Jobs;
using Serverless.Processing.Tests;

namespace Serverless.Workflows.Tests.Hosting;

/// <summary>
/// A pool with one worker that runs one shard at a time over a scripted engine and writes its real part. A test says what becomes of attempts, holds
/// the worker, and sees what the pool was asked.
/// </summary>
internal sealed class FakePool : IAsyncDisposable
{
    private readonly Channel<(string JobId, int Group, ShardTicket Ticket)> _queue = Channel.CreateUnbounded<(string, int, ShardTicket)>();
    private readonly ConcurrentDictionary<string, FakeJob> _jobs = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ScriptedEngine _engine = new();
    private readonly Task _worker;

    public FakePool() => _worker = Task.Run(WorkAsync);

    /// <summary>How the pool reaches jobs; set by the world.</summary>
    public IActorProxyFactory Actors { get; set; } = null!;

    /// <summary>What becomes of an attempt. Default: its part is written. Null: it is lost without a word.</summary>
    public Func<ShardTicket, FakeEnd?> Script { get; set; } = _ => FakeEnd.Done;

    /// <summary>The worker waits for this before every shard. Default: completed.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Whether a job that attaches is told that there is a replica. Default: yes.</summary>
    public bool HasReplica { get; set; } = true;

    /// <summary>What happens while a job attaches. Default: nothing.</summary>
    public Func<Task> Attaching { get; set; } = () => Task.CompletedTask;

    /// <summary>Times that an outcome is reported. Default: 1.</summary>
    public int Reports { get; set; } = 1;

    /// <summary>What the pool was asked, and which attempts its worker took, in their order.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    /// <summary>Attempts that were offered, in their order.</summary>
    public ConcurrentQueue<ShardTicket> Offered { get; } = new();

    /// <summary>Jobs that are attached.</summary>
    public IReadOnlyCollection<string> Attached => [.. _jobs.Where(job => job.Value.Attached).Select(job => job.Key)];

    public JobAttachment AttachmentOf(string jobId) => _jobs[jobId].Attachment;

    public async Task AttachAsync(JobAttachment job)
    {
        _log.Enqueue("attach");
        await Attaching();
        _jobs.GetOrAdd(job.JobId, _ => new FakeJob(job)).Attached = true;
        if (HasReplica)
        {
            await Job(job.JobId).CapacityAsync(new CapacityNotice(job.JobId, Available: true, Reason: null));
        }
    }

    public Task OfferAsync(ShardOffer offer)
    {
        foreach (var ticket in offer.Shards)
        {
            if (_jobs[offer.JobId].Known.TryAdd((ticket.Shard, ticket.Attempt), offer.Group))
            {
                Offered.Enqueue(ticket);
                _queue.Writer.TryWrite((offer.JobId, offer.Group, ticket));
            }
        }

        return Task.CompletedTask;
    }

    public OfferState Find(OfferQuery query) => new(
        [.. _jobs[query.JobId].Known.Where(known => known.Value == query.Group).Select(known => new ShardTicket(known.Key.Shard, known.Key.Attempt))], [], null);

    public Task ControlAsync(JobControl control)
    {
        _log.Enqueue($"{control.Kind}");
        if (_jobs.TryGetValue(control.JobId, out var job))
        {
            job.Control(control.Kind);
        }

        return Task.CompletedTask;
    }

    public Task DetachAsync(string jobId)
    {
        _log.Enqueue("detach");
        if (_jobs.TryGetValue(jobId, out var job))
        {
            job.Attached = false;
            job.Control(JobControlKind.Stop);
        }

        return Task.CompletedTask;
    }

    /// <summary>Tells a job something that its pool or a worker would.</summary>
    public IJobNotices Job(string jobId) => Actors.CreateActorProxy<IJobNotices>(new ActorId(jobId), IJobNotices.ActorType);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var job in _jobs.Values)
        {
            await job.DisposeAsync();
        }

        await _engine.DisposeAsync();
        _end.Dispose();
    }

    private async Task WorkAsync()
    {
        await foreach (var (jobId, group, ticket) in _queue.Reader.ReadAllAsync(_end.Token))
        {
            var job = _jobs[jobId];
            await Gate.WaitAsync(_end.Token);
            await job.Resumed.WaitAsync(_end.Token);
            if (job.IsStopped)
            {
                continue;
            }

            _log.Enqueue($"shard {ticket.Shard} attempt {ticket.Attempt}");
            if (Script(ticket) is { } end)
            {
                var outcome = end.Kind is ShardOutcomeKind.Done ? await job.RunAsync(_engine, group, ticket, _end.Token)
                    : new ShardOutcome(group, ticket.Shard, ticket.Attempt, end.Kind, ErrorCode: end.Code, ErrorMessage: end.Message, SuspectRows: end.Suspects);
                for (var time = 0; time < Reports; time++)
                {
                    await Job(jobId).ReportAsync(new WorkerReport(jobId, "replica-1", [outcome], []));
                }

                if (end.Later is { } suspects)
                {
                    await Job(jobId).ReportAsync(new WorkerReport(jobId, "replica-1", [outcome with { SuspectRows = suspects }], []));
                }
            }

            job.Known.TryRemove((ticket.Shard, ticket.Attempt), out _);
        }
    }

    private sealed class FakeJob(JobAttachment attachment) : IAsyncDisposable
    {
        private TaskCompletionSource _resumed = Completed();
        private WorkerJob? _running;

        public JobAttachment Attachment => attachment;

        public bool Attached { get; set; }

        public bool IsStopped { get; private set; }

        public Task Resumed => _resumed.Task;

        public ConcurrentDictionary<(int Shard, int Attempt), int> Known { get; } = new();

        public void Control(JobControlKind kind)
        {
            if (kind is JobControlKind.Pause)
            {
                _resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return;
            }

            IsStopped |= kind is JobControlKind.Stop;
            _resumed.TrySetResult();
        }

        public async Task<ShardOutcome> RunAsync(ScriptedEngine engine, int group, ShardTicket ticket, CancellationToken cancellation)
        {
            _running ??= await WorkerJob.OpenAsync(await SpecStore.ReadAsync(attachment.SpecUri, cancellation), engine, cancellation);
            var result = await _running.RunAsync(new ShardWork(ticket.Shard, ticket.Attempt) { PoisonRows = ticket.PoisonRows ?? [] }, _running.CreateCounter(), cancellation);
            return new ShardOutcome(
                group, ticket.Shard, ticket.Attempt, ShardOutcomeKind.Done, result.Rows, result.RowsFailed, result.Usage.InputTokens, result.Usage.OutputTokens);
        }

        public ValueTask DisposeAsync() => _running?.DisposeAsync() ?? ValueTask.CompletedTask;

        private static TaskCompletionSource Completed()
        {
            var source = new TaskCompletionSource();
            source.SetResult();
            return source;
        }
    }
}

/// <summary>How an attempt ends.</summary>
internal sealed record FakeEnd(ShardOutcomeKind Kind, string? Code = null, string? Message = null)
{
    /// <summary>Rows that the engine had.</summary>
    public IReadOnlyList<long>? Suspects { get; init; }

    /// <summary>Rows that the engine had, told after the loss itself.</summary>
    public IReadOnlyList<long>? Later { get; init; }

    public static FakeEnd Done { get; } = new(ShardOutcomeKind.Done);

    public static FakeEnd Lost { get; } = new(ShardOutcomeKind.WorkerLost);

    public static FakeEnd Passed { get; } = new(ShardOutcomeKind.ProbePassed);

    public static FakeEnd Failed(string code, string message = "no luck") => new(ShardOutcomeKind.Failed, code, message);
}
