using Serverless.Contracts.Api;

namespace Serverless.Workflows;

/// <summary>What an activity gives: its value, or why the job cannot go on. What may pass is thrown instead, and tried again.</summary>
/// <param name="Value">The value.</param>
/// <param name="Error">Why the job fails.</param>
public sealed record StepResult<T>(T? Value, JobErrorResource? Error)
{
    /// <summary>The value.</summary>
    /// <exception cref="JobFailedException">There is none.</exception>
    public T Get() => Error is null ? Value! : throw new JobFailedException(Error);
}

/// <summary>The job cannot go on: ends its workflow's main path.</summary>
public sealed class JobFailedException(JobErrorResource error) : Exception(error.Message)
{
    /// <summary>Why.</summary>
    public JobErrorResource Error => error;
}
