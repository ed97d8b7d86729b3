namespace Dapr.Sidecar;

/// <summary>A component, Configuration, Resiliency or Subscription file is wrong, or a component did not start; the message says where and what is allowed.</summary>
public sealed class ComponentException(string message, Exception? inner = null) : Exception(message, inner);
