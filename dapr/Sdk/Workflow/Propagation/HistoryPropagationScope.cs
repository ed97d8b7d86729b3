namespace Dapr.Workflow;

/// <summary>What a child workflow or an activity is shown of its caller's history.</summary>
public enum HistoryPropagationScope
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The caller's own history.</summary>
    OwnHistory = 1,

    /// <summary>The caller's own history and what the caller was shown.</summary>
    Lineage = 2,
}
