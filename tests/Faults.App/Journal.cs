using System.Text;

namespace Serverless.Faults.App;

/// <summary>
/// What this process did, a line each, written to the system before the next thing happens: a kill of the process loses no line. The file
/// is the process's own (<c>FAULTS_JOURNAL</c>).
/// </summary>
public sealed class Journal : IDisposable
{
    private readonly FileStream _file = new(
        Environment.GetEnvironmentVariable("FAULTS_JOURNAL") ?? throw new InvalidOperationException("FAULTS_JOURNAL names no file."),
        new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 });

    private readonly Lock _gate = new();

    /// <summary>Adds a line of words.</summary>
    public void Add(params ReadOnlySpan<string> words)
    {
        var line = Encoding.UTF8.GetBytes(string.Join(' ', words) + "\n");
        lock (_gate)
        {
            _file.Write(line);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
