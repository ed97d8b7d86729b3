namespace Serverless.Api.Queue;

/// <summary>Whose jobs come by the queue.</summary>
/// <param name="Tenant">The tenant: from the service's configuration, never from a message.</param>
internal sealed record QueueOptions(string Tenant);
