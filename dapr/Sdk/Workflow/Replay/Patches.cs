using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>
/// Which patched code an instance runs. A patch holds from the turn on that first asked for it: that turn's start carries its name in the
/// history, so that code which ran before it stays as it was in every replay.
/// </summary>
internal sealed class Patches
{
    private readonly HashSet<string> recorded = new(StringComparer.Ordinal);
    private readonly List<string> evaluated = [];

    /// <summary>The patches that hold, each time that the code of this turn asked. Null when it did not.</summary>
    public IReadOnlyList<string>? Evaluated => evaluated.Count == 0 ? null : evaluated;

    /// <summary>A turn started.</summary>
    public void TurnStarted(WorkflowStartedEvent turn)
    {
        if (turn.Version is { } version)
        {
            recorded.UnionWith(version.Patches);
        }
    }

    /// <summary>Whether a patch holds here.</summary>
    public bool Holds(string name, bool isReplaying)
    {
        if (!recorded.Contains(name))
        {
            if (isReplaying)
            {
                return false;
            }

            recorded.Add(name);
        }

        evaluated.Add(name);
        return true;
    }
}
