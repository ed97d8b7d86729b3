using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>Decides whether a worker's answer shows that it has another version of the workflow than the history.</summary>
internal static class TurnRefusal
{
    public static Stall? Of(Execution execution, WorkflowResponse response)
    {
        if (response.Actions.Any(action => action.WorkflowVersionNotAvailable is not null))
        {
            return new(
                StalledReason.VersionNotAvailable,
                $"No connected worker can run '{execution.Row.Name}' with this history: deploy the version that began it, or one that is compatible.");
        }

        var patches = response.Version is { } version ? version.Patches : [];
        return execution.Patches.SequenceEqual(patches.Take(execution.Patches.Count))
            ? null
            : new(
                StalledReason.PatchMismatch,
                $"The history of '{execution.Row.Name}' has the patches [{string.Join(", ", execution.Patches)}], the worker's code [{string.Join(", ", patches)}]: "
                + "deploy the version that began it, or one that is compatible.");
    }
}
