namespace Dapr.Workflow.Client;

/// <summary>How a workflow is started.</summary>
public sealed class StartWorkflowOptions
{
    /// <summary>The id of the instance. Default: null, a new one.</summary>
    public string? InstanceId { get; set; }

    /// <summary>When it starts. Default: null, as soon as possible.</summary>
    public DateTimeOffset? StartAt { get; set; }
}

/// <summary>Builds <see cref="StartWorkflowOptions"/>.</summary>
public sealed class StartWorkflowOptionsBuilder
{
    private string? instanceId;
    private DateTimeOffset? startAt;

    /// <summary>Sets the id of the instance.</summary>
    public StartWorkflowOptionsBuilder WithInstanceId(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        this.instanceId = instanceId;
        return this;
    }

    /// <summary>Sets when it starts.</summary>
    public StartWorkflowOptionsBuilder StartAt(DateTimeOffset startAt)
    {
        this.startAt = startAt;
        return this;
    }

    /// <summary>Sets how long from now on it starts, by the system's clock.</summary>
    public StartWorkflowOptionsBuilder StartAfter(TimeSpan delay) => StartAt(TimeProvider.System.GetUtcNow() + delay);

    /// <summary>The options.</summary>
    public StartWorkflowOptions Build() => new() { InstanceId = instanceId, StartAt = startAt };

    /// <summary>The options.</summary>
    public static implicit operator StartWorkflowOptions(StartWorkflowOptionsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Build();
    }
}
