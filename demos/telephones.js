// A browser takes the type of a file from the system, which may not know what telephones take; Gradio then refuses the file by its type.
const type = Object.getOwnPropertyDescriptor(Blob.prototype, 'type').get, known = TELEPHONES;
Object.defineProperty(File.prototype, 'type', {
  configurable: true,
  get() { return type.call(this) || known[(this.name.match(/\.\w+$/) || [''])[0].toLowerCase()] || ''; },
});
