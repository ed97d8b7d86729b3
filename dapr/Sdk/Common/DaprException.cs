namespace Dapr;

/// <summary>A call to a sidecar, or by one, failed.</summary>
public class DaprException : Exception
{
    /// <summary>An exception with a message.</summary>
    public DaprException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and what caused it.</summary>
    public DaprException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
