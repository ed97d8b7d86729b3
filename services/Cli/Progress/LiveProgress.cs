using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Inference.Loading.Hub;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Serverless.Cli.Progress;

/// <summary>Progress for people who look at it: one bar that moves.</summary>
internal sealed class LiveProgress : IProgressDisplay
{
    private readonly ProgressTask _task;
    private volatile bool _downloading;

    private LiveProgress(ProgressTask task) => _task = task;

    /// <summary>What stands beside the bar.</summary>
    private string Details { get; set; } = "";

    /// <summary>Shows a bar while <paramref name="work"/> runs.</summary>
    public static Task<T> ShowAsync<T>(IAnsiConsole console, Func<IProgressDisplay, Task<T>> work)
    {
        LiveProgress? progress = null;
        return console.Progress().AutoClear(enabled: true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DetailsColumn(() => progress?.Details ?? ""))
            .StartAsync(context =>
            {
                progress = new LiveProgress(context.AddTask("starting"));
                return work(progress);
            });
    }

    public void Report(JobResource value)
    {
        // While the model is on its way the job has nothing to say.
        if (!_downloading)
        {
            Show(value.Status.ToWords(), value.Rows.Done, value.Rows.Total, ProgressText.Details(value));
        }
    }

    public void Report(DownloadProgress value)
    {
        _downloading = value.Bytes < value.TotalBytes;
        Show("downloading", value.Bytes, value.TotalBytes, ProgressText.Details(value));
    }

    private void Show(string what, long done, long total, string details)
    {
        Details = details;
        _task.Description = what;
        _task.MaxValue = Math.Max(total, 1);
        _task.Value = done;
    }

    private sealed class DetailsColumn(Func<string> details) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(details());
    }
}
