namespace Serverless.Contracts.Validation;

/// <summary>Who runs a job; what one cannot do, the other may.</summary>
public enum JobTarget
{
    /// <summary>One process, from beginning to end: <c>serverless run</c> and C# programs.</summary>
    Process,

    /// <summary>The job service: durable, with workers, queues and deadlines.</summary>
    Service,
}
