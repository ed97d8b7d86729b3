namespace Serverless.EndToEnd.Tests.Queue;

/// <summary>A real queue server of the tests' own, with the queue of jobs and the one of dead letters.</summary>
public interface IBroker : IAsyncLifetime
{
    /// <summary>The two bindings as a component file.</summary>
    string Components { get; }

    /// <summary>What the component file reads from the environment.</summary>
    IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The largest message that goes through it.</summary>
    int MaxBytes { get; }

    /// <summary>Puts a message on the queue of jobs.</summary>
    Task SendAsync(byte[] message);

    /// <summary>Takes a dead letter; null if there is none.</summary>
    Task<byte[]?> TakeDeadLetterAsync();

    /// <summary>Messages of jobs that nobody has acknowledged.</summary>
    Task<long> CountAsync();
}
