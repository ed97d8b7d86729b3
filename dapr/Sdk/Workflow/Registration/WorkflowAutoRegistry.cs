namespace Dapr.Workflow;

/// <summary>Where generated code registers the workflows and activities of an assembly. What an app registers itself comes first.</summary>
public static class WorkflowAutoRegistry
{
    private static readonly List<Action<WorkflowRuntimeOptions>> Registrations = [];

    /// <summary>Adds registrations, which count for every worker that is set up from here on.</summary>
    public static void Register(Action<WorkflowRuntimeOptions> registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        lock (Registrations)
        {
            Registrations.Add(registration);
        }
    }

    internal static void ApplyTo(WorkflowRuntimeOptions options)
    {
        Action<WorkflowRuntimeOptions>[] snapshot;
        lock (Registrations)
        {
            snapshot = [.. Registrations];
        }

        Array.ForEach(snapshot, register => register(options));
    }
}
