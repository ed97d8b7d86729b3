namespace Dapr.Common;

/// <summary>A client of a sidecar.</summary>
public interface IDaprClient : IDisposable;
