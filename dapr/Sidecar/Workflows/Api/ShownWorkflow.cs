using System.Text.Json.Serialization;
using Dapr.Protocol;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>The answer to a start.</summary>
internal sealed record StartedWorkflow([property: JsonPropertyName("instanceID")] string InstanceId);

/// <summary>An instance as the HTTP API shows it.</summary>
internal sealed record ShownWorkflow(
    [property: JsonPropertyName("instanceID")] string InstanceId,
    [property: JsonPropertyName("workflowName")] string WorkflowName,
    [property: JsonPropertyName("createdAt")] string CreatedAt,
    [property: JsonPropertyName("lastUpdatedAt")] string LastUpdatedAt,
    [property: JsonPropertyName("runtimeStatus")] string RuntimeStatus,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string> Properties)
{
    public static ShownWorkflow Of(WorkflowState state)
    {
        var properties = new Dictionary<string, string>();
        Add("dapr.workflow.input", state.Input);
        Add("dapr.workflow.custom_status", state.CustomStatus);
        Add("dapr.workflow.output", state.Output);
        Add("dapr.workflow.failure.error_type", state.FailureDetails?.ErrorType);
        Add("dapr.workflow.failure.error_message", state.FailureDetails?.ErrorMessage);
        return new(
            state.InstanceId, state.Name, Time(state.CreatedTimestamp.ToDateTime()), Time(state.LastUpdatedTimestamp.ToDateTime()),
            state.WorkflowStatus == OrchestrationStatus.ContinuedAsNew ? "CONTINUED_AS_NEW" : state.WorkflowStatus.ToString().ToUpperInvariant(), properties);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                properties[name] = value;
            }
        }
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffK");
}
