using Serverless.Contracts.Status;
using Serverless.Processing.Jobs;

namespace Serverless.Cli.Run;

/// <summary>Progress for files and pipes: a line when the status changes and then every few seconds.</summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider time) : IProgress<JobProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private JobStatus? _status;
    private long _written;

    public void Report(JobProgress value)
    {
        lock (_lock)
        {
            if (value.Status == _status && time.GetElapsedTime(_written) < Interval)
            {
                return;
            }

            _status = value.Status;
            _written = time.GetTimestamp();
            output.WriteLine(ProgressText.Line(value));
        }
    }
}
