namespace Dapr.Sidecar.Scheduling;

/// <summary>Lets one at a time act on a key. Keys share a fixed number of gates, so that nothing has to be cleaned up.</summary>
internal sealed class KeyedGates<TKey>
    where TKey : notnull
{
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the key's gate; disposing the result opens it again.</summary>
    public async ValueTask<Gate> EnterAsync(TKey key)
    {
        var gate = _gates[(uint)key.GetHashCode() % (uint)_gates.Length];
        await gate.WaitAsync();
        return new Gate(gate);
    }

    /// <summary>A gate that is held.</summary>
    public readonly struct Gate(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
