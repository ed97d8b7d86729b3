using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Inference;
using Serverless.Storage.Blobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>Tries a shard again while what went wrong may pass, with full-jitter backoff.</summary>
internal sealed class ShardAttempts(ShardRunner runner, int maxAttempts, TimeProvider time)
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    public async Task<PartMetadata> RunAsync(ShardRecord shard, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await runner.RunAsync(shard, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                var error = ToJobException(e);
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

    /// <summary>Classes what went wrong: the one place where exceptions of libraries meet the error table.</summary>
    public static JobException ToJobException(Exception exception) => exception switch
    {
        JobException error => error,
        BlobException { Kind: BlobErrorKind.NoSpace or BlobErrorKind.AccessDenied or BlobErrorKind.InvalidName } error =>
            new JobException(ErrorCodes.Storage, error.Message, error),
        TableException { InnerException: IOException inner } when inner.Message.Contains("No space left", StringComparison.Ordinal) =>
            new JobException(ErrorCodes.Storage, $"{exception.Message}; free some and run the job again", exception),
        UnauthorizedAccessException => new JobException(ErrorCodes.Storage, exception.Message, exception),
        IOException or TableException { InnerException: IOException } => new JobException(ErrorCodes.Io, exception.Message, exception),
        InferenceException { Code: InferenceErrorCodes.OutOfMemory } error => new JobException(ErrorCodes.OutOfMemory, error.Message, error),
        InferenceException error => new JobException(ErrorCodes.Model, error.Message, error),
        _ => new JobException(ErrorCodes.Internal, $"{exception.GetType().Name}: {exception.Message}", exception),
    };
}
