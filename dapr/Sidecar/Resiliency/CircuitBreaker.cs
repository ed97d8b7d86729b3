using Polly;

namespace Dapr.Sidecar.Resiliency;

/// <summary>A circuit is open: the call was not made.</summary>
internal sealed class CircuitOpenException(string target, TimeSpan left) : Exception($"circuit breaker is open for {target}: it is tried again in {left.TotalSeconds:0.#} s");

/// <summary>
/// A circuit breaker that trips by an expression over counts, as Dapr's does (Polly's own knows failure ratios only): closed, it counts;
/// open, it refuses calls for the policy's timeout; half-open, it lets so many calls through, closes when all of them succeed, and opens
/// again at the first that fails.
/// </summary>
internal sealed class CircuitBreaker(string target, BreakerPolicy policy, TimeProvider time, Func<Exception, bool> isFailure) : ResilienceStrategy
{
    private readonly Lock _gate = new();
    private int _requests;
    private int _failures;
    private int _failuresInARow;
    private int _trials;
    private int _successfulTrials;
    private long _openedAt;
    private long _countingSince = time.GetTimestamp();
    private int _round;
    private State _state = State.Closed;

    private enum State
    {
        Closed,
        Open,
        HalfOpen,
    }

    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (!TryEnter(out var round, out var left))
        {
            return Outcome.FromException<TResult>(new CircuitOpenException(target, left));
        }

        var outcome = await callback(context, state);
        Record(round, outcome.Exception is { } error && isFailure(error));
        return outcome;
    }

    private bool TryEnter(out int round, out TimeSpan left)
    {
        lock (_gate)
        {
            left = TimeSpan.Zero;
            if (_state == State.Open)
            {
                left = policy.Timeout - time.GetElapsedTime(_openedAt);
                if (left <= TimeSpan.Zero)
                {
                    Go(State.HalfOpen);
                }
            }
            else if (_state == State.Closed && policy.Interval > TimeSpan.Zero && time.GetElapsedTime(_countingSince) >= policy.Interval)
            {
                Go(State.Closed);
            }

            round = _round;
            if (_state == State.Open || (_state == State.HalfOpen && _trials >= policy.MaxRequests))
            {
                return false;
            }

            _trials++;
            return true;
        }
    }

    private void Record(int round, bool failed)
    {
        lock (_gate)
        {
            // An answer to a call of an earlier state says nothing about this one.
            if (round != _round)
            {
                return;
            }

            _requests++;
            _failures += failed ? 1 : 0;
            _failuresInARow = failed ? _failuresInARow + 1 : 0;
            if (_state == State.HalfOpen)
            {
                if (failed)
                {
                    Go(State.Open);
                }
                else if (++_successfulTrials >= policy.MaxRequests)
                {
                    Go(State.Closed);
                }
            }
            else if (failed && policy.Trip.Holds(new Dictionary<string, object?>
            {
                ["requests"] = (double)_requests,
                ["totalFailures"] = (double)_failures,
                ["consecutiveFailures"] = (double)_failuresInARow,
            }))
            {
                Go(State.Open);
            }
        }
    }

    private void Go(State state)
    {
        _state = state;
        _round++;
        _requests = _failures = _failuresInARow = _trials = _successfulTrials = 0;
        _countingSince = _openedAt = time.GetTimestamp();
    }
}
