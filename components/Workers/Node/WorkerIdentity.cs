namespace Serverless.Workers;

/// <summary>Which node this process is, and which of the node's processes: a new one has nothing of what the old one had.</summary>
internal sealed record WorkerIdentity(string NodeId, string Incarnation);
