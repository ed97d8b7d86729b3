using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Inference.Chat;
using Serverless.Inference.Chat.Jinja;
using Serverless.Processing.Datasets;
using Serverless.Processing.Pipeline;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Templates;

/// <summary>A job file's templates, parsed and checked when the job is loaded.</summary>
internal sealed class TemplateProgram : IRowProgram
{
    readonly List<(ColumnTemplate Role, ColumnTemplate Content)> messages = [];
    readonly List<(string Name, ColumnTemplate Template)> columns = [];
    readonly List<SpecError> errors = [];
    readonly ColumnTemplate? prompt;
    readonly SamplingTemplate? sampling;
    readonly bool isOpenAIBatch;

    TemplateProgram(JobSpec spec)
    {
        isOpenAIBatch = spec.Input.Format == InputFormat.OpenAIBatch;
        foreach (var (i, message) in (spec.Preprocess?.Messages ?? []).Index())
        {
            var role = Try($"preprocess.messages[{i}].role", () => ColumnTemplate.Parse(message.Role));
            var content = Try($"preprocess.messages[{i}].content", () => ColumnTemplate.Parse(message.Content));
            if (role is not null && content is not null)
                messages.Add((role, content));
        }

        if (spec.Preprocess?.Prompt is { } text)
            prompt = Try("preprocess.prompt", () => ColumnTemplate.Parse(text));
        if (spec.Preprocess?.SamplingParams is { } values)
            sampling = Try("preprocess.sampling_params", () => new SamplingTemplate(values));
        foreach (var (name, source) in spec.Postprocess?.Columns ?? new Dictionary<string, string>())
        {
            if (Try($"postprocess.columns.{name}", () => ColumnTemplate.Parse(source)) is { } template)
                columns.Add((name, template));
        }
    }

    /// <summary>Parses a job's templates.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="errors">What is wrong with them; empty if nothing is.</param>
    public static TemplateProgram Parse(JobSpec spec, out IReadOnlyList<SpecError> errors)
    {
        var program = new TemplateProgram(spec);
        errors = program.errors;
        return program;
    }

    public Prompt Preprocess(Row row)
    {
        if (isOpenAIBatch)
            return OpenAIBatchPrompt.Read(row, sampling?.For(row));
        return new Prompt
        {
            Text = prompt?.Text(row),
            Messages = prompt is null ? [.. messages.Select(message => new ChatMessage(message.Role.Text(row), message.Content.Text(row)))] : null,
            SamplingParams = sampling?.For(row),
        };
    }

    public Row Postprocess(Row row)
    {
        // Every template sees the row as the engine gave it, not what its neighbours made.
        var made = row;
        foreach (var (name, template) in columns)
            made = made.WithValue(name, template.Value(row));
        return made;
    }

    public IReadOnlyList<Column> PlanColumns(IReadOnlyList<Column> visible) =>
        [.. columns.Select(column => new Column(column.Name, column.Template.Column is { } source ? TypeOf(column.Name, source, visible) : ColumnType.String))];

    public void TryOn(IReadOnlyList<Column> columns, Row first)
    {
        // A column that some row has may be missing in another: that is the row's error. One that no row has is the job's.
        var complete = columns.Aggregate(first, (row, column) => row.Has(column.Name) ? row : row.WithValue(column.Name, null));
        try
        {
            Preprocess(complete);
        }
        catch (RowException e) when (e.Code == ErrorCodes.MissingColumn && !e.Message.Contains(" is null in this row", StringComparison.Ordinal))
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"preprocess: no row can be asked: {e.Message}; the input has the columns {string.Join(", ", columns.Select(column => column.Name))}", e);
        }
        catch (RowException)
        {
            // This row's own affair; it will say so in the output.
        }
    }

    static ColumnType TypeOf(string name, string source, IReadOnlyList<Column> visible)
    {
        var names = visible.Select(column => column.Name).ToList();
        return visible.FirstOrDefault(column => column.Name == source)?.Type
            ?? throw new JobException(ErrorCodes.InvalidSpec, $"postprocess.columns.{name}: the rows have no column \"{source}\"{NearestName.Hint(source, names)}");
    }

    T? Try<T>(string path, Func<T> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (JinjaException e)
        {
            errors.Add(new SpecError(path, $"the template cannot be read: {e.Message}"));
        }
        catch (RowException e)
        {
            errors.Add(new SpecError(path, e.Message));
        }

        return null;
    }
}
