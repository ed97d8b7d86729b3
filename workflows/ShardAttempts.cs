using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Workflows;

/// <summary>
/// The attempts at one shard. What may pass is tried again, elsewhere if there is another replica. A shard that was in two lost workers is a suspect: the rows
/// that were in their engines are probed, and those that take a worker down alone are left out of its last attempt. Deterministic: part of a workflow.
/// </summary>
internal sealed class ShardAttempts(int shard, int maxAttempts)
{
    /// <summary>Workers that a shard may lose without a row of it being found to blame; one more fails the job.</summary>
    public const int MaxLost = 5;

    /// <summary>Poison rows in one shard; one more fails the job: then it is the engine, not the rows.</summary>
    public const int MaxPoison = 16;

    /// <summary>Workers lost before rows are suspected: one may be chance.</summary>
    private const int Suspicious = 2;

    /// <summary>Attempts that lost their workers, and the rows that were in their engines, if that is known.</summary>
    private readonly SortedDictionary<int, IReadOnlyList<long>?> _lost = [];
    private readonly List<string> _avoid = [];
    private readonly SortedSet<long> _poison = [];
    private PoisonSearch? _search;
    private int _failed;

    /// <summary>The first attempt since rows were last found or cleared: what earlier ones leave behind says nothing new.</summary>
    private int _first = 1;

    /// <summary>The attempt that is out: 1, 2, ...</summary>
    public int Number { get; private set; } = 1;

    /// <summary>The attempt that is out, for the pool.</summary>
    public ShardTicket Ticket => new(
        shard, Number, _search?.Probe, _avoid.Count > 0 ? [.. _avoid] : null, Poison is { Count: > 0 } poison ? [.. poison] : null);

    private IReadOnlyCollection<long> Poison => _search is { Found.Count: > 0 } search ? [.. _poison.Union(search.Found)] : _poison;

    /// <summary>The attempt went silent: the next one.</summary>
    public void Silent() => Number++;

    /// <summary>Takes how an attempt ended, other than with a part; true if there is another one to offer.</summary>
    /// <exception cref="JobFailedException">It fails the job.</exception>
    public bool Take(ShardEnd end)
    {
        if (end.Kind is ShardOutcomeKind.Stopped)
        {
            return false;
        }

        if (end.Kind is ShardOutcomeKind.ProbePassed)
        {
            return end.Attempt == Number && _search is not null && Probed(passed: true);
        }

        var code = end.Kind is ShardOutcomeKind.WorkerLost ? ErrorCodes.WorkerLost : end.ErrorCode ?? ErrorCodes.Internal;
        if (ErrorTable.ClassOf(code) is ErrorClass.WorkerLost)
        {
            return Lost(end, code);
        }

        return end.Attempt == Number && Failed(end, code);
    }

    private bool Failed(ShardEnd end, string code)
    {
        if (ErrorTable.ClassOf(code) is not ErrorClass.Transient)
        {
            throw Fail(code, end.ErrorMessage ?? $"shard {shard} failed");
        }

        if (++_failed >= maxAttempts)
        {
            throw Fail(code, $"shard {shard} failed {_failed} times, at last: {end.ErrorMessage}");
        }

        return Next(end);
    }

    /// <summary>
    /// A worker that is gone is told of by the pool, and again by the node's next process, which knows the rows: by then another attempt may be out.
    /// </summary>
    private bool Lost(ShardEnd end, string code)
    {
        if (end.Attempt < _first || end.Attempt > Number)
        {
            return false;
        }

        if (_search is not null)
        {
            return end.Attempt == Number && Probed(passed: false);
        }

        var isNews = _lost.TryAdd(end.Attempt, end.SuspectRows);
        if (!isNews && _lost[end.Attempt] is null && end.SuspectRows is not null)
        {
            (_lost[end.Attempt], isNews) = (end.SuspectRows, true);
        }

        if (!isNews)
        {
            return false;
        }

        if (_lost.Count > MaxLost)
        {
            throw Fail(code, $"shard {shard} lost {_lost.Count} workers and none of its rows alone is to blame, at last: {end.ErrorMessage ?? "its worker is gone"}");
        }

        if (_lost.Count >= Suspicious && Suspects() is { Count: > 0 } suspects)
        {
            _search = new PoisonSearch(suspects);
            return Next(end);
        }

        return end.Attempt == Number && Next(end);
    }

    private bool Probed(bool passed)
    {
        if (passed)
        {
            _search!.Passed();
        }
        else
        {
            _search!.Died();
        }

        if (_poison.Count + _search.Found.Count > MaxPoison)
        {
            throw Fail(ErrorCodes.WorkerLost, $"more than {MaxPoison} rows of shard {shard} took a worker down, each alone: the engine cannot run this model here; look at the workers' logs");
        }

        Number++;
        if (_search.Probe is null)
        {
            if (_search.Found.Count > 0)
            {
                _lost.Clear();
                _poison.UnionWith(_search.Found);
            }

            _search = null;
            _first = Number;
        }

        return true;
    }

    /// <summary>Rows that were in the engine of each lost worker; of the last one, if there are none: then each had its own.</summary>
    private List<long> Suspects()
    {
        var known = _lost.Values.OfType<IReadOnlyList<long>>().Where(rows => rows.Count > 0).Select(rows => rows.Except(_poison).Order().ToList()).ToList();
        if (known.Count == 0)
        {
            return [];
        }

        var all = known.Aggregate((one, other) => [.. one.Intersect(other)]);
        return all.Count > 0 ? all : known[^1];
    }

    private bool Next(ShardEnd end)
    {
        Number++;
        if (end.ReplicaId is { } replica && !_avoid.Contains(replica))
        {
            _avoid.Add(replica);
        }

        return true;
    }

    private static JobFailedException Fail(string code, string message) => new(new JobErrorResource(code, message));
}
