using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;

namespace Serverless.Processing.Jobs;

/// <summary>Tries a shard again while what went wrong may pass, with full-jitter backoff.</summary>
internal sealed class ShardAttempts(ShardRunner runner, IShardProgress progress, int maxAttempts, TimeProvider time)
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    public async Task<PartMetadata> RunAsync(ShardRecord shard, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await runner.RunAsync(shard, progress, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                var error = JobErrors.Classify(e);
                if (error.Class != ErrorClass.Transient)
                    throw error;
                if (attempt >= maxAttempts)
                    throw new JobException(error.Code, $"shard {shard.Shard} failed {attempt} times, at last: {error.Message}", e);
            }

            await Task.Delay(Pause(attempt), time, cancellationToken);
        }
    }

    static TimeSpan Pause(int attempt)
    {
        var ceiling = Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempt - 1, 20));
        return TimeSpan.FromTicks(Random.Shared.NextInt64(ceiling));
    }
}
