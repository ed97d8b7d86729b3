using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Cli.Progress;

/// <summary>Progress for files and pipes: a line when the status changes and then every few seconds.</summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider time) : IProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private JobStatus? _status;
    private bool _downloading;
    private long _written;

    public void Report(JobResource value)
    {
        lock (_lock)
        {
            if (value.Status != _status || (!_downloading && IsDue()))
            {
                _status = value.Status;
                Write(ProgressText.Line(value));
            }
        }
    }

    /// <summary>A model that is here already, or comes within moments, takes no line.</summary>
    public void Report(DownloadProgress value)
    {
        lock (_lock)
        {
            _downloading = value.Bytes < value.TotalBytes;
            if (_downloading && IsDue())
            {
                Write(ProgressText.Line(value));
            }
        }
    }

    private bool IsDue() => time.GetElapsedTime(_written) >= Interval;

    private void Write(string line)
    {
        _written = time.GetTimestamp();
        output.WriteLine(line);
    }
}
