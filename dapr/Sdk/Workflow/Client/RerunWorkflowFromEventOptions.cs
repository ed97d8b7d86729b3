namespace Dapr.Workflow.Client;

/// <summary>How a workflow is run again from an event on.</summary>
public sealed class RerunWorkflowFromEventOptions
{
    /// <summary>The id of the new instance. Default: null, a new one.</summary>
    public string? NewInstanceId { get; set; }

    /// <summary>The input of what the event started. Only with <see cref="OverwriteInput"/>. Default: null, none.</summary>
    public object? Input { get; set; }

    /// <summary>Whether <see cref="Input"/> takes the place of the recorded input. Default: false.</summary>
    public bool OverwriteInput { get; set; }
}
