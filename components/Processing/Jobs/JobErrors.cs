using Serverless.Contracts.Errors;
using Serverless.Inference;
using Serverless.Storage.Blobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>Classes what went wrong: the one place where exceptions of libraries meet the error table.</summary>
public static class JobErrors
{
    /// <summary>The error of the table that an exception is.</summary>
    /// <param name="exception">What was thrown.</param>
    public static JobException Classify(Exception exception) => exception switch
    {
        JobException error => error,
        BlobException { Kind: BlobErrorKind.NoSpace or BlobErrorKind.AccessDenied or BlobErrorKind.InvalidName or BlobErrorKind.NoStore or BlobErrorKind.TooLarge } error =>
            new JobException(ErrorCodes.Storage, error.Message, error),
        BlobException { Kind: BlobErrorKind.Changed } error => new JobException(ErrorCodes.InputChanged, error.Message, error),
        TableException { InnerException: IOException inner } when inner.Message.Contains("No space left", StringComparison.Ordinal) =>
            new JobException(ErrorCodes.Storage, $"{exception.Message}; free some and run the job again", exception),
        UnauthorizedAccessException => new JobException(ErrorCodes.Storage, exception.Message, exception),
        IOException or TableException { InnerException: IOException } => new JobException(ErrorCodes.Io, exception.Message, exception),
        InferenceException { Code: InferenceErrorCodes.OutOfMemory } error => new JobException(ErrorCodes.OutOfMemory, error.Message, error),
        InferenceException { Code: InferenceErrorCodes.ModelAccess } error => new JobException(ErrorCodes.ModelAccess, error.Message, error),
        InferenceException { Code: InferenceErrorCodes.Cuda } error => new JobException(ErrorCodes.Device, error.Message, error),
        InferenceException error => new JobException(ErrorCodes.Model, error.Message, error),
        _ => new JobException(ErrorCodes.Internal, $"{exception.GetType().Name}: {exception.Message}", exception),
    };

    /// <summary>Does something, and says in terms of the error table what went wrong with it.</summary>
    internal static async Task<T> GuardAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act();
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw Classify(e);
        }
    }
}
