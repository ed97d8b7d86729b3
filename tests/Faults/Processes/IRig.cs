using Serverless.Faults.Tests.Calls;

namespace Serverless.Faults.Tests.Processes;

/// <summary>A sidecar with an app beside it, and the ways to both.</summary>
internal interface IRig
{
    WorkflowCalls Workflows { get; }

    ActorCalls Actors { get; }

    /// <summary>What the processes wrote last, for messages.</summary>
    string Text { get; }

    /// <summary>The journals of all app processes so far, in the order of the processes.</summary>
    IReadOnlyList<string[]> Journals();
}
