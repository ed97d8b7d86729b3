namespace Dapr.Sidecar.Components;

/// <summary>
/// The section <c>workflow</c> of a Configuration (https://docs.dapr.io/operations/configuration/configuration-overview/): how much of an
/// app's workflows runs at once over all of its workers, and how long ended ones are kept. Null: as the sidecar's own options say.
/// </summary>
internal sealed record WorkflowRules(int? MaxTurns, int? MaxActivities, TimeSpan? AnyTerminal, TimeSpan? Completed, TimeSpan? Failed, TimeSpan? Terminated)
{
    /// <summary>No rule.</summary>
    public static WorkflowRules None { get; } = new(null, null, null, null, null, null);

    /// <summary>Reads the section.</summary>
    /// <exception cref="ComponentException">It is wrong; the message says where.</exception>
    public static WorkflowRules Read(YamlField section)
    {
        section.Allow("maxConcurrentWorkflowInvocations", "maxConcurrentActivityInvocations", "stateRetentionPolicy");
        var kept = section["stateRetentionPolicy"];
        kept.Allow("anyTerminal", "completed", "failed", "terminated");
        return new WorkflowRules(
            Limit(section["maxConcurrentWorkflowInvocations"]),
            Limit(section["maxConcurrentActivityInvocations"]),
            kept["anyTerminal"].Duration(),
            kept["completed"].Duration(),
            kept["failed"].Duration(),
            kept["terminated"].Duration());
    }

    /// <summary>How long ended workflows are kept: a rule goes before the sidecar's options.</summary>
    public WorkflowRetention Retention(WorkflowRetention options) => new()
    {
        Completed = Completed ?? AnyTerminal ?? options.Completed,
        Failed = Failed ?? AnyTerminal ?? options.Failed,
        Terminated = Terminated ?? AnyTerminal ?? options.Terminated,
    };

    private static int? Limit(YamlField field) =>
        field.Number() is not { } number ? null : number > 0 ? number : throw field.Error("must be at least 1; leave it out for no limit");
}
