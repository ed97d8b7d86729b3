using Serverless.Processing.Jobs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Serverless.Cli.Run;

/// <summary>Progress for people who look at it: one bar that moves.</summary>
internal sealed class LiveProgress : IProgress<JobProgress>
{
    private readonly ProgressTask _task;

    private LiveProgress(ProgressTask task) => _task = task;

    private JobProgress? Last { get; set; }

    /// <summary>Shows a bar while <paramref name="work"/> runs.</summary>
    public static Task<T> ShowAsync<T>(IAnsiConsole console, Func<IProgress<JobProgress>, Task<T>> work)
    {
        LiveProgress? progress = null;
        return console.Progress().AutoClear(enabled: true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DetailsColumn(() => progress?.Last))
            .StartAsync(context =>
            {
                progress = new LiveProgress(context.AddTask("starting"));
                return work(progress);
            });
    }

    public void Report(JobProgress value)
    {
        Last = value;
        _task.Description = ProgressText.Status(value.Status);
        _task.MaxValue = Math.Max(value.RowsTotal, 1);
        _task.Value = value.RowsDone;
    }

    private sealed class DetailsColumn(Func<JobProgress?> last) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(last() is { } progress ? $"{ProgressText.Rows(progress)}  {ProgressText.Rate(progress)}  {ProgressText.TimeLeft(progress)}" : "");
    }
}
